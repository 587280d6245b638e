return { whose = function() return "High" end }
