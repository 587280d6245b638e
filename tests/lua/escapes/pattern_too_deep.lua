-- error: pattern too complex
return ("a"):find(("a?"):rep(1000))
