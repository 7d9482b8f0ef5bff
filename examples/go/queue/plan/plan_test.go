package plan

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, text string) []*Task {
	t.Helper()
	tasks, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return tasks
}

func TestMake(t *testing.T) {
	tasks := read(t, "a 2h\nb 1h 5 : a\nc 3h: a # behind a\n\nd 1h: b c\n")
	for workers, want := range map[int]time.Duration{1: 7 * time.Hour, 2: 6 * time.Hour, 3: 6 * time.Hour} {
		steps, err := Make(tasks, workers)
		if err != nil {
			t.Fatal(err)
		}
		ends := map[string]time.Duration{}
		for _, s := range steps {
			for _, need := range s.Needs {
				if end, ok := ends[need]; !ok || end > s.Start {
					t.Errorf("%d workers: %s starts before %s ends", workers, s.Name, need)
				}
			}
			ends[s.Name] = s.End
		}
		if ends["d"] != want {
			t.Errorf("%d workers take %v, want %v", workers, ends["d"], want)
		}
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"a 1h: b\nb 1h: c\nc 1h: b": "tasks wait for each other: b -> c -> b",
		"a 1h\na 2h":                "two tasks are named a",
		"a 1h: x":                   "task a needs x, which is none",
	} {
		_, err := Make(read(t, text), 1)
		if err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	_, err := Make(read(t, "a 1h: a"), 1)
	if c := (*CycleError)(nil); !errors.As(err, &c) || len(c.Names) != 2 {
		t.Errorf("a task that waits for itself: %v", err)
	}
	for _, text := range []string{"a", "a 1x", "a 1h x"} {
		if _, err := Read(strings.NewReader("ok 1s\n" + text)); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
