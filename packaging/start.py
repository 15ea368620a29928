"""Where a frozen application begins: the same as `python -m trayapp`."""

import sys

from trayapp.__main__ import main

sys.exit(main())
