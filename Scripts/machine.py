"""What this machine calls itself, for the tables that say where they were measured. Scripts/paper and Benchmarks share this."""
import os
import pathlib
import platform
import re

INFORMATION = pathlib.Path("/proc/cpuinfo")


def processor(information=INFORMATION):
    """The processor's name as Linux tells it, elsewhere as Python does."""
    told = information.read_text() if information.exists() else ""
    found = re.search(r"^model name\s*: *(.*)", told, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def machine():
    """The processor and its cores: `AMD EPYC, 2 cores`."""
    return f"{processor()}, {os.cpu_count()} cores"
