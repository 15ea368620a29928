"""AI Status Tray: is it them, my network, my key or my quota - and what can I use right now?"""

__version__ = "0.1.0"
