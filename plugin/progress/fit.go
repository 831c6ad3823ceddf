package progress

import "slices"

// size is how many rows sections take, below a heading.
func size(sections []section) int {
	rows := 1
	for _, s := range sections {
		rows++
		for _, i := range s.items {
			rows += i.height()
		}
		if s.hidden > 0 {
			rows++
		}
	}
	return rows
}

// nothing keeps no item.
func nothing(int, int) bool { return false }

// only keeps some of the sections' items, by the numbers of the section and the item.
func only(sections []section, keep func(section, item int) bool) []section {
	short := slices.Clone(sections)
	for n := range short {
		short[n].items, short[n].hidden = nil, 0
		for k, i := range sections[n].items {
			switch {
			case keep(n, k):
				short[n].items = append(short[n].items, i)
			case i.rank > rankQuiet:
				short[n].hidden++
			}
		}
	}
	return short
}

// busiest chooses the items that are worth a room of so many rows.
func busiest(sections []section, room int) func(section, item int) bool {
	type place struct{ section, item int }
	var places []place
	for n, s := range sections {
		for k, i := range s.items {
			if i.rank > rankQuiet {
				places = append(places, place{n, k})
			}
		}
	}
	slices.SortStableFunc(places, func(a, b place) int {
		return int(sections[b.section].items[b.item].rank - sections[a.section].items[a.item].rank)
	})
	kept := map[place]bool{}
	for _, p := range places {
		if room -= sections[p.section].items[p.item].height(); room < 0 {
			break
		}
		kept[p] = true
	}
	return func(section, item int) bool { return kept[place{section, item}] }
}
