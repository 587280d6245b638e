return { days = 3 }
