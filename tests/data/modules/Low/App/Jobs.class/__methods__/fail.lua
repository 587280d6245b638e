local limits = require("limits")

error("after " .. limits.days .. " days")
