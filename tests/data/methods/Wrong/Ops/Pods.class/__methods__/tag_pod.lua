local pod = evm.root.pod
if pod.restarts > tonumber(evm.inputs.limit) then
  prnt(pod.name)
end
