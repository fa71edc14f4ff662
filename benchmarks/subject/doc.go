// Package subject makes what is measured: one database full of people, and the
// servers that answer for it. Start with [Seed], which fills the database; [Ours] is this
// library's handler, [Bare] what somebody could write by hand for one route
// without any library, and [StartReference] the TypeScript reference on Node.
//
// All subjects share the database, so that they read the same rows from the
// same files, and are given the same cookies.
package subject
