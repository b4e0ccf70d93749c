"""What both sides of the trust boundary share: the wire, and how a case is run, counted, described and encoded.

May import: model. It knows no expected values.
"""
