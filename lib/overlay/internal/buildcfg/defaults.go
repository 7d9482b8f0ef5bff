package buildcfg

import "runtime"

// What Go's own build writes here: the settings that hold where the environment says nothing.

const DefaultGO386 = "sse2"
const DefaultGOAMD64 = "v1"
const DefaultGOARM = "7"
const DefaultGOARM64 = "v8.0"
const DefaultGOMIPS = "hardfloat"
const DefaultGOMIPS64 = "hardfloat"
const DefaultGOPPC64 = "power8"
const DefaultGORISCV64 = "rva20u64"
const DefaultGOFIPS140 = "off"
const DefaultCGO_ENABLED = "0"
const defaultGOEXPERIMENT = ""
const defaultGO_EXTLINK_ENABLED = ""
const defaultGO_LDSO = ""
const defaultGOOS = runtime.GOOS
const defaultGOARCH = runtime.GOARCH
const version = "go1.27"
