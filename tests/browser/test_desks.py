"""At the administrator's desk, by keyboard: an account made."""

from __future__ import annotations

import pytest

from .keyboard import Keyboard
from .test_story import sign_in

pytestmark = pytest.mark.browser
