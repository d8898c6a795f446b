"""The program of a foundation's stack, for `pulumi up` by hand."""

from eventstack import program

program.main()
