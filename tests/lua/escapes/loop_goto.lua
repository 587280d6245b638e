-- instructions
::again::
goto again
