# attack: closes its standard streams long before it ends
# language: sh
# expect: exit 3
exec 0<&- 1>&- 2>&-
sleep 0.5
exit 3
