package social

import "context"

// Spotify signs in with a Spotify account. Spotify's documentation says that its
// addresses are not verified, so none counts as verified.
func Spotify(c Client) Provider {
	return Provider{
		ID: "spotify", Name: "Spotify", Client: c,
		AuthorizeURL: "https://accounts.spotify.com/authorize",
		TokenURL:     "https://accounts.spotify.com/api/token",
		Scopes:       []string{"user-read-email"},
		User:         spotifyUser,
	}
}

func spotifyUser(ctx context.Context, g *Grant) (*Profile, error) {
	type image struct {
		URL string `json:"url"`
	}
	var in struct {
		ID     string  `json:"id"`
		Email  string  `json:"email"`
		Name   string  `json:"display_name"`
		Images []image `json:"images"`
	}
	raw, err := g.Get(ctx, "https://api.spotify.com/v1/me", &in)
	if err != nil {
		return nil, err
	}
	p := &Profile{Subject: in.ID, Email: in.Email, Name: in.Name, Raw: raw}
	if len(in.Images) > 0 {
		p.Image = in.Images[0].URL
	}
	return p, nil
}
