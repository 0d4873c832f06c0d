=== before
import os  # noqa
=== after
import os
