// Deep links of a built app: the scheme and the path.
export const createURL = (path, { scheme = "myapp" } = {}) => `${scheme}://${path}`;
