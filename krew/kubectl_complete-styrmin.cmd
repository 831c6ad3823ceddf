@rem kubectl calls this program, when it is on the PATH, to complete "kubectl styrmin".
@kubectl styrmin __complete %*
