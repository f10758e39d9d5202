SELECT member_id, sum(points) AS points
FROM outcomes_pointsentry
WHERE firm_id = %(firm)s AND at >= %(start)s AND at < %(end)s
GROUP BY member_id
ORDER BY points DESC, member_id
