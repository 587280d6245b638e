-- error: regex: regular expression is too large
return regex.new("((a{0,60000}){0,60000}){0,60000}")
