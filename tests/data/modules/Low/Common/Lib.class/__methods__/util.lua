return { whose = function() return "Low" end }
