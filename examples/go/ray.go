// A ray tracer: spheres and a chequered floor with shadows, reflections and glass, anti-aliased, one goroutine for each
// processor. It prints the picture as text; with an argument it writes a PPM file of that name, ten times as large.
package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

// --- vectors ---

type Vec struct{ X, Y, Z float64 }

func (a Vec) Add(b Vec) Vec            { return Vec{a.X + b.X, a.Y + b.Y, a.Z + b.Z} }
func (a Vec) Sub(b Vec) Vec            { return Vec{a.X - b.X, a.Y - b.Y, a.Z - b.Z} }
func (a Vec) Mul(s float64) Vec        { return Vec{a.X * s, a.Y * s, a.Z * s} }
func (a Vec) Times(b Vec) Vec          { return Vec{a.X * b.X, a.Y * b.Y, a.Z * b.Z} }
func (a Vec) Dot(b Vec) float64        { return a.X*b.X + a.Y*b.Y + a.Z*b.Z }
func (a Vec) Unit() Vec                { return a.Mul(1 / math.Sqrt(a.Dot(a))) }
func (a Vec) Mirror(n Vec) Vec         { return a.Sub(n.Mul(2 * a.Dot(n))) }
func (a Vec) Mix(b Vec, t float64) Vec { return a.Mul(1 - t).Add(b.Mul(t)) }

// Bend refracts a at a surface with normal n, where eta is the ratio of the indices; false: it is reflected whole.
func (a Vec) Bend(n Vec, eta float64) (Vec, bool) {
	cos := -a.Dot(n)
	k := 1 - eta*eta*(1-cos*cos)
	if k < 0 {
		return Vec{}, false
	}
	return a.Mul(eta).Add(n.Mul(eta*cos - math.Sqrt(k))), true
}

type Ray struct{ From, Dir Vec }

func (r Ray) At(t float64) Vec { return r.From.Add(r.Dir.Mul(t)) }

// --- the scene ---

type Material struct {
	Color  Vec
	Mirror float64 // the part of the light that is reflected
	Index  float64 // of refraction; 0: it lets no light through
}

// A Hit is a place where a ray meets a surface.
type Hit struct {
	T      float64
	At     Vec
	Normal Vec // against the ray
	Inside bool
	Material
}

// A Shape says where a ray first meets it, behind the distance least.
type Shape interface {
	Meet(r Ray, least float64) (Hit, bool)
}

type Sphere struct {
	Center Vec
	Radius float64
	Material
}

func (s *Sphere) Meet(r Ray, least float64) (Hit, bool) {
	oc := r.From.Sub(s.Center)
	b := oc.Dot(r.Dir)
	disc := b*b - oc.Dot(oc) + s.Radius*s.Radius
	if disc < 0 {
		return Hit{}, false
	}
	root := math.Sqrt(disc)
	t := -b - root
	if t < least {
		t = -b + root
	}
	if t < least {
		return Hit{}, false
	}
	at := r.At(t)
	n := at.Sub(s.Center).Mul(1 / s.Radius)
	inside := n.Dot(r.Dir) > 0
	if inside {
		n = n.Mul(-1)
	}
	return Hit{t, at, n, inside, s.Material}, true
}

type Floor struct {
	Height     float64
	Even, Odd  Material
	TileLength float64
}

func (f *Floor) Meet(r Ray, least float64) (Hit, bool) {
	t := (f.Height - r.From.Y) / r.Dir.Y
	if r.Dir.Y >= 0 || t < least {
		return Hit{}, false
	}
	at := r.At(t)
	m := f.Even
	if (int(math.Floor(at.X/f.TileLength))+int(math.Floor(at.Z/f.TileLength)))&1 != 0 {
		m = f.Odd
	}
	return Hit{t, at, Vec{0, 1, 0}, false, m}, true
}

type Light struct {
	At    Vec
	Power float64
}

type Scene struct {
	Shapes []Shape
	Lights []Light
}

const (
	tiny     = 1e-6
	maxDepth = 6
)

func (s *Scene) nearest(r Ray) (best Hit, found bool) {
	best.T = math.Inf(1)
	for _, shape := range s.Shapes {
		if h, ok := shape.Meet(r, tiny); ok && h.T < best.T {
			best, found = h, true
		}
	}
	return best, found
}

func (s *Scene) dark(from, to Vec) bool {
	way := to.Sub(from)
	far := math.Sqrt(way.Dot(way))
	r := Ray{from, way.Mul(1 / far)}
	for _, shape := range s.Shapes {
		if h, ok := shape.Meet(r, tiny); ok && h.T < far && h.Index == 0 {
			return true
		}
	}
	return false
}

func sky(dir Vec) Vec {
	return Vec{0.9, 0.9, 1}.Mix(Vec{0.25, 0.45, 0.9}, max(0, dir.Y))
}

// Trace gives the light that comes along the ray.
func (s *Scene) Trace(r Ray, depth int) Vec {
	h, ok := s.nearest(r)
	if !ok {
		return sky(r.Dir)
	}
	light := 0.12
	shine := 0.0
	for _, l := range s.Lights {
		to := l.At.Sub(h.At).Unit()
		if cos := to.Dot(h.Normal); cos > 0 && !s.dark(h.At, l.At) {
			light += l.Power * cos
			shine += l.Power * math.Pow(max(0, r.Dir.Mirror(h.Normal).Dot(to)), 40)
		}
	}
	c := h.Color.Mul(light)
	if depth == maxDepth {
		return c
	}
	if h.Index > 0 {
		c = s.glass(r, h, depth)
	} else if h.Mirror > 0 {
		c = c.Mix(s.Trace(Ray{h.At, r.Dir.Mirror(h.Normal)}, depth+1), h.Mirror)
	}
	return c.Add(Vec{shine, shine, shine}.Mul(h.Mirror))
}

func (s *Scene) glass(r Ray, h Hit, depth int) Vec {
	eta := 1 / h.Index
	if h.Inside {
		eta = h.Index
	}
	mirrored := s.Trace(Ray{h.At, r.Dir.Mirror(h.Normal)}, depth+1)
	dir, through := r.Dir.Bend(h.Normal, eta)
	if !through {
		return mirrored
	}
	r0 := (1 - h.Index) / (1 + h.Index) // Schlick's approximation
	r0 *= r0
	part := r0 + (1-r0)*math.Pow(1-math.Abs(r.Dir.Dot(h.Normal)), 5)
	return s.Trace(Ray{h.At, dir}, depth+1).Times(h.Color).Mix(mirrored, part)
}

// --- the picture ---

type Picture struct {
	W, H   int
	Pixels []Vec
}

// Render shares the lines among the processors; each takes the next one that nobody has taken.
func (s *Scene) Render(w, h, samples int, aspect float64) *Picture {
	p := &Picture{w, h, make([]Vec, w*h)}
	var next atomic.Int32
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for y := int(next.Add(1)) - 1; y < h; y = int(next.Add(1)) - 1 {
				for x := range w {
					p.Pixels[y*w+x] = s.pixel(x, y, w, h, samples, aspect)
				}
			}
		})
	}
	wg.Wait()
	return p
}

func (s *Scene) pixel(x, y, w, h, samples int, aspect float64) (sum Vec) {
	eye := Vec{0, 1.6, -6}
	for i := range samples * samples {
		dx := (float64(i%samples) + 0.5) / float64(samples)
		dy := (float64(i/samples) + 0.5) / float64(samples)
		u := (2*(float64(x)+dx)/float64(w) - 1) * aspect
		v := 1 - 2*(float64(y)+dy)/float64(h)
		sum = sum.Add(s.Trace(Ray{eye, Vec{u, v - 0.15, 2}.Unit()}, 0))
	}
	return sum.Mul(1 / float64(samples*samples))
}

func (p *Picture) Text() string {
	const shades = " .:-=+*#%@"
	var out []byte
	for i, c := range p.Pixels {
		grey := 0.3*c.X + 0.59*c.Y + 0.11*c.Z
		out = append(out, shades[int(min(max(grey, 0), 0.999)*float64(len(shades)))])
		if (i+1)%p.W == 0 {
			out = append(out, '\n')
		}
	}
	return string(out)
}

func (p *Picture) Write(name string) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "P6 %d %d 255\n", p.W, p.H)
	for _, c := range p.Pixels {
		for _, part := range []float64{c.X, c.Y, c.Z} {
			w.WriteByte(byte(255 * math.Sqrt(min(max(part, 0), 1))))
		}
	}
	return w.Flush()
}

func main() {
	scene := &Scene{
		Shapes: []Shape{
			&Floor{0, Material{Color: Vec{0.9, 0.9, 0.9}}, Material{Color: Vec{0.1, 0.1, 0.1}, Mirror: 0.1}, 1},
			&Sphere{Vec{-1.3, 1, 0.5}, 1, Material{Vec{0.9, 0.2, 0.2}, 0.25, 0}},
			&Sphere{Vec{1.2, 1.3, 1.5}, 1.3, Material{Vec{0.3, 0.3, 0.35}, 0.8, 0}},
			&Sphere{Vec{0.2, 0.6, -1.4}, 0.6, Material{Vec{0.95, 1, 0.95}, 0, 1.5}},
		},
		Lights: []Light{{Vec{-4, 6, -5}, 0.8}, {Vec{5, 4, -3}, 0.35}},
	}
	if len(os.Args) > 1 {
		if err := scene.Render(760, 400, 3, 1.9).Write(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, "ray:", err)
			os.Exit(1)
		}
		return
	}
	fmt.Print(scene.Render(76, 24, 3, 1.9*0.88).Text())
}
