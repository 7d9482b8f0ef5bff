// A pointer to a local variable: returned, and used by the caller only.
package main

type user struct {
	name string
	age  int
}

func makeUser(name string, age int) *user {
	u := user{name, age}
	return &u
}

func makeUserValue(name string, age int) user {
	u := user{name, age}
	return u
}

func birthday(u *user) {
	u.age++
}

func main() {
	a := makeUser("Ann", 30)
	birthday(a)
	b := makeUserValue("Bob", 40)
	birthday(&b)
	println(a.name, a.age, b.name, b.age)
}
