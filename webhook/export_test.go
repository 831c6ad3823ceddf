package webhook

// NobodyGoverns is what is asked about a release that is installed where its records are.
func (m *Memory) NobodyGoverns(namespace, release string) bool {
	return m.nobodyGoverns(namespace, []string{namespace}, []string{release})
}

// NobodyGovernsAnywhere is what the glance at a record asks.
func (m *Memory) NobodyGovernsAnywhere(namespace, release string) bool {
	return m.nobodyGoverns(namespace, nil, []string{release})
}

// Governors is where a decision looks first.
func (m *Memory) Governors(namespace, release string) []string {
	return m.governors(namespace, release)
}
