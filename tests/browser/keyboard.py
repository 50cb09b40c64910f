"""Doing everything with the keyboard alone, as somebody without a mouse does."""

from __future__ import annotations


class Keyboard:
    """Walks a page by Tab, and acts with Enter, Space, arrows and letters; the mouse is never used."""

    def __init__(self, page):
        self.page = page

    def press(self, key: str, times: int = 1) -> None:
        """Press a key so many times."""
        for _ in range(times):
            self.page.keyboard.press(key)

    def reach(self, selector: str, backwards: bool = False, most: int = 500) -> None:
        """Tab until the focus is on what the selector names; it must be reachable, and visibly focused."""
        key = "Shift+Tab" if backwards else "Tab"
        for _ in range(most):
            self.press(key)
            if self.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
        raise AssertionError(f"{selector} cannot be reached by {key} on {self.page.url}")

    def follow(self, selector: str, backwards: bool = False) -> None:
        """Reach a link or a button, press Enter, and wait for the page it leads to."""
        self.reach(selector, backwards)
        with self.page.expect_navigation(wait_until="load"):
            self.press("Enter")

    def type(self, selector: str, text: str) -> None:
        """Reach a field and write in it."""
        self.reach(selector)
        self.press("Control+a")
        self.page.keyboard.insert_text(text)

    def choose(self, name: str, value: str) -> None:
        """Reach a group of radio buttons and move to a value with the arrows."""
        self.reach(f'input[name="{name}"]')
        values = self.page.eval_on_selector_all(f'input[name="{name}"]', "all => all.map(one => one.value)")
        self.press("Space")
        here = self.page.evaluate("document.activeElement.value")
        self.press("ArrowDown", (values.index(value) - values.index(here)) % len(values))
        assert self.page.evaluate("document.activeElement.value") == value

    def tick(self, name: str, value: str) -> None:
        """Reach one box and tick it."""
        self.reach(f'input[name="{name}"][value="{value}"]')
        self.press("Space")

    def answer(self, item, value) -> None:
        """Respond to a quiz item or check of any type."""
        name = f"item-{item.id}"
        if item.type in ("single", "boolean"):
            self.choose(name, value)
        elif item.type in ("multiple", "span"):
            order = self.page.eval_on_selector_all(f'input[name="{name}"]', "all => all.map(one => one.value)")
            for choice in sorted(value, key=order.index):
                self.tick(name, choice)
        elif item.type == "ordering":
            for place, choice in enumerate(value, 1):
                self.reach(f'select[name="{name}-{choice}"]')
                self.page.keyboard.type(str(place))
        else:
            order = self.page.eval_on_selector_all(
                f'[name^="{name}-"]', "all => [...new Set(all.map(one => one.name))]"
            )
            for field in order:
                choice = field.rsplit("-", 1)[1]
                if self.page.query_selector(f'select[name="{field}"]'):
                    self.pick(field, value[choice])
                else:
                    self.choose(field, value[choice])

    def pick(self, name: str, value: str) -> None:
        """Reach a list and move to a value with the arrows."""
        self.reach(f'select[name="{name}"]')
        values = self.page.eval_on_selector_all(f'select[name="{name}"] option', "all => all.map(one => one.value)")
        here = self.page.evaluate("document.activeElement.value")
        steps = values.index(value) - values.index(here)
        self.press("ArrowDown" if steps > 0 else "ArrowUp", abs(steps))
        assert self.page.evaluate("document.activeElement.value") == value
