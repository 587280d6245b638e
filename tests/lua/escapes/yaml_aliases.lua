-- error: anchors and aliases are not allowed
return yaml.decode("a: &a [x,x]\nb: [*a,*a]\n")
