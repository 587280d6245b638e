-- error: 'coroutine' is not declared
coroutine.wrap(function() while true do end end)()
