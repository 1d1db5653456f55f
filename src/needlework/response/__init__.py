"""What skin does: punctures, depth, closure, absorption, healing, redness, pigment; the forecast.

Models are small pure functions of NumPy arrays; each has a page in docs/model/ with its
equations, parameters, and how far it was off. Parameters are claims of kind `response`, most
with a prior; `parameters` reads and draws them. Nothing here imports `scipy.stats` or numba.
"""
