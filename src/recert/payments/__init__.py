"""Card payments: the processor that takes them, behind one small Protocol."""
