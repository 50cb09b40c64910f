"""The product in a real browser: the story, by keyboard, and every page under axe."""
