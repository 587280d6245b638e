-- ok
-- The table behind texts is not given out; what is changed is gone with the run.
if getmetatable("") ~= nil then return MIQ_ABORT end
string.upper = function() return "changed" end
return ("x"):upper() == "changed" and MIQ_OK or MIQ_ABORT
