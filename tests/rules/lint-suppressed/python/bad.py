=== before
import os
total = add(1, "2")
=== after
import os  # noqa: F401
total = add(1, "2")  # type: ignore
=== findings
line 1: lint-suppressed introduced, medium: A check is switched off here: `# noqa: F401`.
line 2: lint-suppressed introduced, medium: A check is switched off here: `# type: ignore`.
