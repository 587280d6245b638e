-- instructions
return (("("):rep(60000)):find("%b()")
