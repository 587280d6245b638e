local state = require("states").of(evm.root.pod, tonumber(evm.inputs.limit))
if state then
  evm.root.pod:tag_assign("state/" .. state)
  evm.log("warn", evm.root.pod.name, "restarts too often")
end
