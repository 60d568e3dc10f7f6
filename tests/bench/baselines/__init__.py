"""What we measure ourselves against: the same jobs, done the way that good engineers usually do them."""
