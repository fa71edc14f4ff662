package database

// Explained is the statement of a list with one condition, for tests of how an
// engine plans it.
func Explained(s *Schema, table string, where Cond) string {
	t := s.byName[table]
	st := t.statement().write("select ", t.selects, " from ", t.quoted)
	if _, err := st.where(t, []Cond{where}); err != nil {
		return err.Error()
	}
	return st.text.String()
}
