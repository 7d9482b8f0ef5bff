// select over 2, 4 and 16 channels that are all ready.
package main

import "time"

const n = 3000000

func channels(k int) []chan int {
	c := make([]chan int, k)
	for i := range c {
		c[i] = make(chan int, 1)
		c[i] <- i
	}
	return c
}

func select2() int {
	c := channels(2)
	c0, c1 := c[0], c[1]
	sum := 0
	for i := 0; i < n; i++ {
		select {
		case <-c0:
			sum++
			c0 <- i
		case <-c1:
			sum++
			c1 <- i
		}
	}
	return sum
}

func select4() int {
	c := channels(4)
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	sum := 0
	for i := 0; i < n; i++ {
		select {
		case <-c0:
			sum++
			c0 <- i
		case <-c1:
			sum++
			c1 <- i
		case <-c2:
			sum++
			c2 <- i
		case <-c3:
			sum++
			c3 <- i
		}
	}
	return sum
}

func select16() int {
	c := channels(16)
	c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15 := c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], c[15]
	sum := 0
	for i := 0; i < n; i++ {
		select {
		case <-c0:
			sum++
			c0 <- i
		case <-c1:
			sum++
			c1 <- i
		case <-c2:
			sum++
			c2 <- i
		case <-c3:
			sum++
			c3 <- i
		case <-c4:
			sum++
			c4 <- i
		case <-c5:
			sum++
			c5 <- i
		case <-c6:
			sum++
			c6 <- i
		case <-c7:
			sum++
			c7 <- i
		case <-c8:
			sum++
			c8 <- i
		case <-c9:
			sum++
			c9 <- i
		case <-c10:
			sum++
			c10 <- i
		case <-c11:
			sum++
			c11 <- i
		case <-c12:
			sum++
			c12 <- i
		case <-c13:
			sum++
			c13 <- i
		case <-c14:
			sum++
			c14 <- i
		case <-c15:
			sum++
			c15 <- i
		}
	}
	return sum
}

func measure(name string, f func() int) {
	t := time.Now()
	sum := f()
	println("metric", name, float64(time.Since(t))/n, "ns")
	println(sum)
}

func main() {
	measure("of2", select2)
	measure("of4", select4)
	measure("of16", select16)
}
