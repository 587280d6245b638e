-- error: resulting string too large
return ("xxxxxxxxxxxxxxxx"):rep(1 << 61)
