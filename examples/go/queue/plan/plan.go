// Package plan finds an order for tasks that wait for one another, and shares them among workers.
package plan

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/queue/heap"
)

// A Task takes some time and waits for others.
type Task struct {
	Name     string
	Length   time.Duration
	Needs    []string
	Priority int // more: earlier, where there is a choice
}

// A Step is a task at its time.
type Step struct {
	*Task
	Worker     int
	Start, End time.Duration
}

// A CycleError says which tasks wait for each other.
type CycleError struct{ Names []string }

func (e *CycleError) Error() string {
	return "tasks wait for each other: " + strings.Join(e.Names, " -> ")
}

// Read takes a task from each line: "name length [priority]: needs...". Empty lines and what follows a # do not count.
func Read(r io.Reader) ([]*Task, error) {
	var tasks []*Task
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		t, err := readTask(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		tasks = append(tasks, t)
	}
	return tasks, lines.Err()
}

func readTask(text string) (*Task, error) {
	head, needs, _ := strings.Cut(text, ":")
	f := strings.Fields(head)
	if len(f) < 2 || len(f) > 3 {
		return nil, fmt.Errorf("%q is no name with a length", head)
	}
	d, err := time.ParseDuration(f[1])
	if err != nil {
		return nil, err
	}
	t := &Task{Name: f[0], Length: d, Needs: strings.Fields(needs)}
	if len(f) == 3 {
		if t.Priority, err = strconv.Atoi(f[2]); err != nil {
			return nil, err
		}
	}
	return t, nil
}

type state struct {
	task    *Task
	waiting int
	behind  []*state
}

// connect finds what waits for what.
func connect(tasks []*Task) (map[string]*state, error) {
	all := make(map[string]*state, len(tasks))
	for _, t := range tasks {
		if all[t.Name] != nil {
			return nil, fmt.Errorf("two tasks are named %s", t.Name)
		}
		all[t.Name] = &state{task: t}
	}
	for _, t := range tasks {
		for _, need := range t.Needs {
			before := all[need]
			if before == nil {
				return nil, fmt.Errorf("task %s needs %s, which is none", t.Name, need)
			}
			before.behind = append(before.behind, all[t.Name])
			all[t.Name].waiting++
		}
	}
	return all, nil
}

// Make shares the tasks among the workers: whoever is free takes the most wanted of those that wait for nothing.
func Make(tasks []*Task, workers int) ([]Step, error) {
	all, err := connect(tasks)
	if err != nil {
		return nil, err
	}
	ready := heap.New(func(a, b *state) bool {
		if a.task.Priority != b.task.Priority {
			return a.task.Priority > b.task.Priority
		}
		return a.task.Name < b.task.Name
	})
	running := heap.New(func(a, b Step) bool {
		return a.End < b.End || a.End == b.End && a.Worker < b.Worker
	})
	for _, t := range tasks {
		if all[t.Name].waiting == 0 {
			ready.Push(all[t.Name])
		}
	}
	free := make([]int, workers)
	for i := range free {
		free[i] = i
	}
	var steps []Step
	now := time.Duration(0)
	for {
		for len(free) > 0 && ready.Len() > 0 {
			s, _ := ready.Pop()
			step := Step{s.task, free[0], now, now + s.task.Length}
			free = free[1:]
			running.Push(step)
			steps = append(steps, step)
		}
		done, ok := running.Pop()
		if !ok {
			break
		}
		now = done.End
		free = append(free, done.Worker)
		slices.Sort(free)
		for _, s := range all[done.Name].behind {
			if s.waiting--; s.waiting == 0 {
				ready.Push(s)
			}
		}
	}
	if len(steps) < len(tasks) {
		return nil, &CycleError{cycle(tasks, all)}
	}
	return steps, nil
}

// cycle follows tasks that still wait until one comes up again.
func cycle(tasks []*Task, all map[string]*state) []string {
	i := slices.IndexFunc(tasks, func(t *Task) bool { return all[t.Name].waiting > 0 })
	var path []string
	for name := tasks[i].Name; ; {
		if at := slices.Index(path, name); at >= 0 {
			return append(path[at:], name)
		}
		path = append(path, name)
		for _, need := range all[name].task.Needs {
			if all[need].waiting > 0 {
				name = need
				break
			}
		}
	}
}
