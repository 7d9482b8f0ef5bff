package runtime

import "unsafe"

// GODEBUG as package internal/godebug sees it: the defaults that the build chose, then the environment.

var (
	godebugUpdate func(defaults, env string)
	godebugInc    func(name string) func()
	godebugEnv    string
)

// A countedSetting is a GODEBUG setting whose uses package runtime/metrics counts.
type countedSetting struct {
	name string // of the metric
	read func() uint64
	next *countedSetting
}

var countedSettings *countedSetting

//go:linkname godebug_setUpdate internal/godebug.setUpdate
func godebug_setUpdate(update func(string, string)) {
	godebugUpdate = update
	godebugEnv = getenv("GODEBUG")
	update(godebugDefaults(), godebugEnv)
}

//go:linkname godebug_registerMetric internal/godebug.registerMetric
func godebug_registerMetric(name string, read func() uint64) {
	countedSettings = &countedSetting{name, read, countedSettings}
}

//go:linkname godebug_setNewIncNonDefault internal/godebug.setNewIncNonDefault
func godebug_setNewIncNonDefault(newInc func(string) func()) { godebugInc = newInc }

// The environment has changed: GODEBUG is env now.
func godebugChanged(env string) {
	godebugEnv = env
	if godebugUpdate != nil {
		godebugUpdate(godebugDefaults(), env)
	}
}

//go:linkname syscall_runtimeSetenv syscall.runtimeSetenv
func syscall_runtimeSetenv(key, value string) {
	if key == "GODEBUG" {
		godebugChanged(value)
	}
}

//go:linkname syscall_runtimeUnsetenv syscall.runtimeUnsetenv
func syscall_runtimeUnsetenv(key string) {
	if key == "GODEBUG" {
		godebugChanged("")
	}
}

//go:linkname syscall_runtimeClearenv syscall.runtimeClearenv
func syscall_runtimeClearenv(env map[string]int) {
	if _, ok := env["GODEBUG"]; ok {
		godebugChanged("")
	}
}

// What the build says of GODEBUG: by the go line of the main module and its //go:debug lines.
func godebugDefaults() string

// The value of a variable of the environment that the process began with.
func getenv(key string) string

// A PanicNilError is raised by panic(nil).
type PanicNilError struct {
	_ [0]*PanicNilError // like no other type
}

func (*PanicNilError) RuntimeError() {}

func (*PanicNilError) Error() string { return "runtime error: panic called with nil argument" }

// What panic(nil) raises.
//
//go:linkname nilPanicValue
func nilPanicValue() any {
	if godebugSetting("panicnil") != "1" {
		return new(PanicNilError)
	}
	if godebugInc != nil {
		godebugInc("panicnil")()
	}
	return nil
}

// The value of a setting; empty if nobody has set it. Of several the last counts.
func godebugSetting(name string) string {
	env := godebugEnv
	if godebugUpdate == nil {
		env = getenv("GODEBUG")
	}
	if v, ok := settingIn(env, name); ok {
		return v
	}
	v, _ := settingIn(godebugDefaults(), name)
	return v
}

func settingIn(list, name string) (value string, ok bool) {
	for len(list) > 0 {
		end := 0
		for end < len(list) && list[end] != ',' {
			end++
		}
		one := list[:end]
		if len(one) > len(name) && one[:len(name)] == name && one[len(name)] == '=' {
			value, ok = one[len(name)+1:], true
		}
		if end < len(list) {
			end++
		}
		list = list[end:]
	}
	return value, ok
}

//go:linkname write
func write(fd uintptr, p unsafe.Pointer, n int32) int32
