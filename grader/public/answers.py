"""What a capstone notebook builds on: the student's own answers (see `grader.study.answers`)."""

from grader.study.answers import NotReady as NotReady
from grader.study.answers import answers as answers
