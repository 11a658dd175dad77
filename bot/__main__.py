"""`python -m bot` is `bot`."""

import sys

from bot.commands.main import main

sys.exit(main())
