package diagnostic

// MaxPerRule is how many problems of one rule a Collector keeps. A file that was
// made to have more is not worth the time and the output.
const MaxPerRule = 100

// Collector gathers the problems of one driver, each once. The zero value is
// ready for use. It is not safe for concurrent use.
type Collector struct {
	list  List
	seen  map[identity]bool
	count map[string]int
}

// identity tells problems apart.
type identity struct {
	file string
	Position
	rule, message string
}

// Add keeps the problem, unless it is known or its rule has too many already.
// One without a severity is an error.
func (c *Collector) Add(d Diagnostic) {
	if c.seen == nil {
		c.seen, c.count = map[identity]bool{}, map[string]int{}
	}
	if d.Severity == "" {
		d.Severity = Error
	}
	id := identity{d.File, d.Position, d.Rule, d.Message}
	if c.seen[id] || c.Full(d.Rule) {
		return
	}
	c.seen[id] = true
	c.count[d.Rule]++
	if c.Full(d.Rule) {
		d.Help = "more problems like this one are not shown"
	}
	c.list = append(c.list, d)
}

// Full is true when no more problems of the rule are kept, so that there is no
// use in looking for them.
func (c *Collector) Full(rule string) bool { return c.count[rule] >= MaxPerRule }

// List returns the problems, sorted.
func (c *Collector) List() List {
	c.list.Sort()
	return c.list
}
