-- Says that a machine was started.
evm.log("info", evm.inputs.subject)

evm.root.noted = "ünder way"
