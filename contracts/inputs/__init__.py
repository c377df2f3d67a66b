"""One normalising function per kind of input from outside, used at every door.

A field declares its kind in its type, ``Annotated[str, Normalised(one_line)]``, and
``chassis.schemas`` applies the function before the field's limits are checked. A normalising
function returns the one form of the value, or raises marshmallow's ``ValidationError`` with a
sentence for the person who typed it. All are idempotent.

================  ==========================================================
``addresses``     e-mail addresses
``passwords``     passwords
``texts``         one line of text, running text
``zones``         names of time zones
``urls``          addresses of web pages
================  ==========================================================
"""
