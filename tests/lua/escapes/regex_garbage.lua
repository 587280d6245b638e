-- ok
-- Expressions that nobody holds any more are no reason to end.
for i = 1, 4000 do regex.new("(a|b|c)*" .. i .. ("x"):rep(300)) end
