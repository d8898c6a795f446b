"""The program of an event's stack, for `pulumi up` by hand."""

from eventstack import program

program.main()
