package build

// Golem does not compile C beside Go.
const defaultCGO_ENABLED = "0"
