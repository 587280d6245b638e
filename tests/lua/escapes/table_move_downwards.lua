-- instructions
table.move({}, math.mininteger + 2, 0, 1)
