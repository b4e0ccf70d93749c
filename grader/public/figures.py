"""What a lesson's ``figure.py`` draws with: colours that can be read in both themes, cells and arrows.

See `grader.release.drawing` for what becomes of it.
"""

from grader.release.palette import BLUE as BLUE
from grader.release.palette import BLUE_TINT as BLUE_TINT
from grader.release.palette import GREEN as GREEN
from grader.release.palette import GREEN_TINT as GREEN_TINT
from grader.release.palette import GREY as GREY
from grader.release.palette import HUES as HUES
from grader.release.palette import INK as INK
from grader.release.palette import OLIVE as OLIVE
from grader.release.palette import ORANGE as ORANGE
from grader.release.palette import ORANGE_TINT as ORANGE_TINT
from grader.release.palette import PALE as PALE
from grader.release.palette import PAPER as PAPER
from grader.release.palette import PURPLE as PURPLE
from grader.release.palette import PURPLE_TINT as PURPLE_TINT
from grader.release.palette import RED as RED
from grader.release.palette import TEAL as TEAL
from grader.release.shapes import arrow as arrow
from grader.release.shapes import bare as bare
from grader.release.shapes import cell as cell
